// Canonical
