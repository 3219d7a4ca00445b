"""What the model's numbers depend on: local and global sensitivities, control coefficients, and what explains a difference."""
