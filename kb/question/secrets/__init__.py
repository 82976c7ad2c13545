"""Finds secrets in text.

The YAML tables define the kinds; the modules find them, each in time linear in the text's length.
Nothing here changes a text.

The lengths, counts and shares in these modules are chosen by hand where nothing else is said, and
tried on made-up secrets and harmless texts (tests/kb/question/test_secrets.py, secret_corpus.yaml
and harmless_corpus.txt).
"""
