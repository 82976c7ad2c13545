"""How else people ask about problems, beyond what the guides' own files say."""
