"""Front matter: finding its lines and form, reading our keys, and applying them to sections."""
