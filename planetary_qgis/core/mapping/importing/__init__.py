"""Maps made elsewhere into the template: which layer, column and value becomes which."""
