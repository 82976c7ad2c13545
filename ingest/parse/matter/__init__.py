"""Front matter: finding its lines and form, and reading our keys."""
