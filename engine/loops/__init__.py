"""What is due in; looked at, found, told and delivered, out: where time and the store come in."""
