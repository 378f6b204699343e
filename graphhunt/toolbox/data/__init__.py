"""The data package of msticpy under its module's name: write `graphhunt.toolbox` for `msticpy`."""
