"""The outside: the only home of aiohttp, of click, and of processes and signals."""
