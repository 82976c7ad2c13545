"""What stands above a guide's text: which lines it is, in which form, and what of it is ours."""
