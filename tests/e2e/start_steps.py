"""What `qgis --code` executes: hands over to in_app, which PYTHONPATH makes importable."""

import in_app

in_app.main()
