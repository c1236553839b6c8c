ALTER TABLE `cases` ADD `former_folded` text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX `cases_by_former_number` ON `cases` (`former_folded`) WHERE former_folded <> '';--> statement-breakpoint
-- Rows say the former numbers of renumbered cases (rule C118): what an older program kept without reading is folded again.
INSERT OR REPLACE INTO `local` (`space`, `key`, `value`) SELECT 'engine', 'rebuilding', 'true' WHERE EXISTS (SELECT 1 FROM `documents`);
