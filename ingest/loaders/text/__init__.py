"""Plain text files, such as web pages saved without markup."""
