"""What the project claims about speed and gas: `python -m benchmarks` measures each claim and says whether it holds."""
