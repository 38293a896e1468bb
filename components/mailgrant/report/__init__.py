"""Who gains and who loses which right: from ``pulumi preview --json`` to a report that people and programs read.

preview → resources → rights → changes → report → formats. All of it is pure, but for ``engine``, which runs Pulumi.
"""
