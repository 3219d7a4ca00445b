"""What the model's numbers depend on: sensitivities, control coefficients, and what explains a difference."""
