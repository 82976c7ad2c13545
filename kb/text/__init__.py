"""What is known of text as such: languages, sentences, YAML that people edit.

Nothing here knows of guides or questions.
"""
