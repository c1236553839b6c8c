-- Rows say when a case was last signed (rule R71), by corrected times (rule Q76), and whose latest record only a newer program can read (rule C139).
INSERT OR REPLACE INTO `local` (`space`, `key`, `value`) SELECT 'engine', 'rebuilding', 'true' WHERE EXISTS (SELECT 1 FROM `documents`);
