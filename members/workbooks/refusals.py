"""Why a file can't be read, as codes. `reading` has the sentence for each."""


class WorkbookRefused(Exception):
    """A file that isn't read, or isn't read any further. `code` is one of the keys of `reading.SENTENCES`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


EMPTY = "workbook_empty"
BROKEN = "workbook_broken"
ENCRYPTED = "workbook_encrypted"
KIND_UNKNOWN = "workbook_kind_unknown"
WEB_PAGE = "workbook_is_web_page"
FILE_TOO_LARGE = "workbook_file_too_large"
INFLATES_TOO_LARGE = "workbook_inflates_too_large"
TOO_MANY_ROWS = "workbook_too_many_rows"
TOO_MANY_COLUMNS = "workbook_too_many_columns"
TOO_MANY_CELLS = "workbook_too_many_cells"
TOO_MANY_SHEETS = "workbook_too_many_sheets"
TOO_MUCH_WORK = "workbook_too_much_work"
NO_SHEET = "workbook_has_no_sheet"
ENCODING_UNKNOWN = "workbook_encoding_unknown"
