"""One contract and its stores."""
