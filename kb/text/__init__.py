"""Text in general: languages, sentences, YAML that people edit.

Nothing here knows about guides or questions.
"""
