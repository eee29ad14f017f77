"""How fast it is: each figure measured in a process of its own, beside a floor of the same run. `python -m bench`."""
