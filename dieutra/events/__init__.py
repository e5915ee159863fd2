"""The append-only record: who did which verb to what, where and when."""
