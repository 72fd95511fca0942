"""PDS4 on the disk: labels, collections, bundles, folders."""
