CREATE TABLE `parts` (
	`sequence` integer PRIMARY KEY NOT NULL,
	`document` text NOT NULL,
	`places` blob NOT NULL
);
--> statement-breakpoint
CREATE INDEX `parts_by_document` ON `parts` (`document`);