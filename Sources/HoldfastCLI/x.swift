// HoldfastCLI
