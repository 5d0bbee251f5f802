"""What bench/run, bench/compare and bench/tune share. Debian's python3 only."""
