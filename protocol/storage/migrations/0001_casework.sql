DROP TABLE `cases`;
--> statement-breakpoint
CREATE TABLE `cases` (
	`sequence` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`number_folded` text NOT NULL,
	`item` text NOT NULL,
	`stage` text NOT NULL,
	`home` text NOT NULL,
	`holder` text NOT NULL,
	`offered_to` text,
	`offered_at` integer,
	`arrival` integer NOT NULL,
	`attention` integer NOT NULL,
	`due` integer NOT NULL,
	`wake` integer,
	`assignee` text NOT NULL,
	`master` text NOT NULL,
	`id_number` text NOT NULL,
	`names` text NOT NULL,
	`numbers` text NOT NULL,
	`row` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `cases_id_unique` ON `cases` (`id`);
--> statement-breakpoint
CREATE INDEX `cases_by_arrival` ON `cases` (`arrival`,`sequence`,`holder`,`home`,`stage`,`offered_to`,`item`,`names`);
--> statement-breakpoint
CREATE INDEX `cases_by_digits` ON `cases` (`arrival`,`sequence`,`holder`,`numbers`) WHERE numbers <> '';
--> statement-breakpoint
CREATE INDEX `cases_by_holder` ON `cases` (`holder`,`arrival`,`sequence`,`stage`);
--> statement-breakpoint
CREATE INDEX `cases_by_due` ON `cases` (`due`,`sequence`,`holder`,`assignee`,`stage`);
--> statement-breakpoint
CREATE INDEX `cases_by_number` ON `cases` (`number_folded`);
--> statement-breakpoint
CREATE INDEX `cases_by_assignee` ON `cases` (`assignee`,`arrival`) WHERE assignee <> '';
--> statement-breakpoint
CREATE INDEX `cases_by_master` ON `cases` (`master`,`arrival`) WHERE master <> '';
--> statement-breakpoint
CREATE INDEX `cases_by_applicant` ON `cases` (`id_number`,`arrival`) WHERE id_number <> '';
--> statement-breakpoint
CREATE INDEX `cases_in_transfer` ON `cases` (`offered_at`) WHERE offered_to IS NOT NULL;
--> statement-breakpoint
CREATE INDEX `cases_for_attention` ON `cases` (`arrival`) WHERE attention = 1;
--> statement-breakpoint
CREATE INDEX `cases_to_wake` ON `cases` (`wake`) WHERE wake IS NOT NULL;
--> statement-breakpoint
INSERT OR REPLACE INTO `local` (`space`, `key`, `value`) SELECT 'engine', 'rebuilding', 'true' WHERE EXISTS (SELECT 1 FROM `documents`);
