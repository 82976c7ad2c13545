"""The database's shape, step by step; `bot.memory.store` applies what is missing at the start."""
