-- A special procedure leads back to where it began (rule C94): rows of cases that stayed in it are folded again.
INSERT OR REPLACE INTO `local` (`space`, `key`, `value`) SELECT 'engine', 'rebuilding', 'true' WHERE EXISTS (SELECT 1 FROM `documents`);
