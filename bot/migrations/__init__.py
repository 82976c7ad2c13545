"""The database's shape, step by step; `bot.store` applies what is missing at the start."""
