"""Workbooks on their way out. `kinds` names those that may be made in the background, `services` makes them and
keeps them sealed until they are fetched or forgotten. To add one: write an `ExportKind`, name it in `settings.EXPORTS`.
"""
