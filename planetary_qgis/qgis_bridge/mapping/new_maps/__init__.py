"""New maps: their files, tables, forms and projects."""
