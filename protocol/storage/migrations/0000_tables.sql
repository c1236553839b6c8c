CREATE TABLE `cases` (
	`sequence` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`number_folded` text NOT NULL,
	`stage` text NOT NULL,
	`home` text NOT NULL,
	`holder` text NOT NULL,
	`offered_to` text,
	`offered_at` integer,
	`arrival` integer NOT NULL,
	`attention` integer NOT NULL,
	`folded` text NOT NULL,
	`row` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `cases_id_unique` ON `cases` (`id`);--> statement-breakpoint
CREATE INDEX `cases_by_arrival` ON `cases` (`arrival`,`sequence`,`holder`,`home`,`stage`,`offered_to`,`folded`);--> statement-breakpoint
CREATE INDEX `cases_by_holder` ON `cases` (`holder`,`arrival`,`sequence`,`stage`);--> statement-breakpoint
CREATE INDEX `cases_by_number` ON `cases` (`number_folded`);--> statement-breakpoint
CREATE INDEX `cases_in_transfer` ON `cases` (`offered_at`) WHERE offered_to IS NOT NULL;--> statement-breakpoint
CREATE INDEX `cases_for_attention` ON `cases` (`arrival`) WHERE attention = 1;--> statement-breakpoint
CREATE TABLE `directory` (
	`document` text PRIMARY KEY NOT NULL,
	`version` integer NOT NULL,
	`hash` text NOT NULL,
	`json` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `documents` (
	`id` text PRIMARY KEY NOT NULL,
	`places` blob NOT NULL
);
--> statement-breakpoint
CREATE TABLE `local` (
	`space` text NOT NULL,
	`key` text NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`space`, `key`)
);
--> statement-breakpoint
CREATE TABLE `logs` (
	`id` integer PRIMARY KEY NOT NULL,
	`key` text NOT NULL,
	`height` integer DEFAULT 0 NOT NULL,
	`hash` blob,
	`parent_height` integer DEFAULT 0 NOT NULL,
	`root_height` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `logs_key_unique` ON `logs` (`key`);--> statement-breakpoint
CREATE TABLE `packs` (
	`arrival` integer PRIMARY KEY NOT NULL,
	`runs` blob NOT NULL,
	`bytes` blob NOT NULL
);
--> statement-breakpoint
CREATE TABLE `receipts` (
	`log` integer NOT NULL,
	`seq` integer NOT NULL,
	`document` text NOT NULL,
	`outcome` text NOT NULL,
	`reason` text NOT NULL,
	PRIMARY KEY(`log`, `seq`)
);
--> statement-breakpoint
CREATE INDEX `receipts_by_document` ON `receipts` (`document`,`log`,`seq`);--> statement-breakpoint
CREATE TABLE `runs` (
	`log` integer NOT NULL,
	`last` integer NOT NULL,
	`first` integer NOT NULL,
	`arrival` integer NOT NULL,
	PRIMARY KEY(`log`, `last`)
);
