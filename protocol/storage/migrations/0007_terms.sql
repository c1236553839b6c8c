-- Written by hand: drizzle knows neither triggers nor full-text tables. All rows are computed anew with their terms; they
-- go at once, without a trigger that asks for each.
DROP TRIGGER `cases_counted_out`;--> statement-breakpoint
DELETE FROM `cases`;--> statement-breakpoint
DELETE FROM `counts`;--> statement-breakpoint
DROP INDEX `cases_by_digits`;--> statement-breakpoint
DROP INDEX `cases_by_arrival`;--> statement-breakpoint
ALTER TABLE `cases` DROP COLUMN `names`;--> statement-breakpoint
ALTER TABLE `cases` DROP COLUMN `numbers`;--> statement-breakpoint
ALTER TABLE `cases` ADD `terms` text NOT NULL;--> statement-breakpoint
CREATE INDEX `cases_by_arrival` ON `cases` (`arrival`,`sequence`,`holder`,`home`,`stage`,`offered_to`,`item`,`terms`);--> statement-breakpoint
CREATE TRIGGER `cases_counted_out` AFTER DELETE ON `cases` BEGIN
  UPDATE `counts` SET `count` = `count` - 1 WHERE `holder` = old.`holder` AND `stage` = old.`stage`;
END;--> statement-breakpoint

-- Nothing but the space between them parts two terms: every other character belongs to one (sqlite.org/fts5.html, 4.3.2).
CREATE VIRTUAL TABLE `case_terms` USING fts5(`terms`, content='', contentless_delete=1, detail=none,
  tokenize="ascii tokenchars '!""#$%&''()*+,-./:;<=>?@[\]^_`{|}~'");--> statement-breakpoint
CREATE TRIGGER `cases_terms_in` AFTER INSERT ON `cases` BEGIN
  INSERT INTO `case_terms` (rowid, `terms`) VALUES (new.`sequence`, new.`terms`);
END;--> statement-breakpoint
CREATE TRIGGER `cases_terms_out` AFTER DELETE ON `cases` BEGIN
  DELETE FROM `case_terms` WHERE rowid = old.`sequence`;
END;--> statement-breakpoint
CREATE TRIGGER `cases_terms_on` AFTER UPDATE OF `terms` ON `cases` WHEN old.`terms` <> new.`terms` BEGIN
  DELETE FROM `case_terms` WHERE rowid = old.`sequence`;
  INSERT INTO `case_terms` (rowid, `terms`) VALUES (new.`sequence`, new.`terms`);
END;--> statement-breakpoint
INSERT OR REPLACE INTO `local` (`space`, `key`, `value`) SELECT 'engine', 'rebuilding', 'true' WHERE EXISTS (SELECT 1 FROM `documents`);
