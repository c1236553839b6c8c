/** The generated migrations as text, so that a bundle needs no files; written by `npm run migrations`. */

interface Migration {
  readonly name: string
  readonly statements: readonly string[]
}

export const MIGRATIONS: readonly Migration[] = [
  {
    name: '0000_tables',
    statements: [
      'CREATE TABLE `cases` ( `sequence` integer PRIMARY KEY NOT NULL, `id` text NOT NULL, `number_folded` text NOT NULL, `stage` text NOT NULL, `home` text NOT NULL, `holder` text NOT NULL, `offered_to` text, `offered_at` integer, `arrival` integer NOT NULL, `attention` integer NOT NULL, `folded` text NOT NULL, `row` text NOT NULL );',
      'CREATE UNIQUE INDEX `cases_id_unique` ON `cases` (`id`);',
      'CREATE INDEX `cases_by_arrival` ON `cases` (`arrival`,`sequence`,`holder`,`home`,`stage`,`offered_to`,`folded`);',
      'CREATE INDEX `cases_by_holder` ON `cases` (`holder`,`arrival`,`sequence`,`stage`);',
      'CREATE INDEX `cases_by_number` ON `cases` (`number_folded`);',
      'CREATE INDEX `cases_in_transfer` ON `cases` (`offered_at`) WHERE offered_to IS NOT NULL;',
      'CREATE INDEX `cases_for_attention` ON `cases` (`arrival`) WHERE attention = 1;',
      'CREATE TABLE `directory` ( `document` text PRIMARY KEY NOT NULL, `version` integer NOT NULL, `hash` text NOT NULL, `json` text NOT NULL );',
      'CREATE TABLE `documents` ( `id` text PRIMARY KEY NOT NULL, `places` blob NOT NULL );',
      'CREATE TABLE `local` ( `space` text NOT NULL, `key` text NOT NULL, `value` text NOT NULL, PRIMARY KEY(`space`, `key`) );',
      'CREATE TABLE `logs` ( `id` integer PRIMARY KEY NOT NULL, `key` text NOT NULL, `height` integer DEFAULT 0 NOT NULL, `hash` blob, `parent_height` integer DEFAULT 0 NOT NULL, `root_height` integer DEFAULT 0 NOT NULL );',
      'CREATE UNIQUE INDEX `logs_key_unique` ON `logs` (`key`);',
      'CREATE TABLE `packs` ( `arrival` integer PRIMARY KEY NOT NULL, `runs` blob NOT NULL, `bytes` blob NOT NULL );',
      'CREATE TABLE `receipts` ( `log` integer NOT NULL, `seq` integer NOT NULL, `document` text NOT NULL, `outcome` text NOT NULL, `reason` text NOT NULL, PRIMARY KEY(`log`, `seq`) );',
      'CREATE INDEX `receipts_by_document` ON `receipts` (`document`,`log`,`seq`);',
      'CREATE TABLE `runs` ( `log` integer NOT NULL, `last` integer NOT NULL, `first` integer NOT NULL, `arrival` integer NOT NULL, PRIMARY KEY(`log`, `last`) );',
    ],
  },
  {
    name: '0001_casework',
    statements: [
      'DROP TABLE `cases`;',
      'CREATE TABLE `cases` ( `sequence` integer PRIMARY KEY NOT NULL, `id` text NOT NULL, `number_folded` text NOT NULL, `item` text NOT NULL, `stage` text NOT NULL, `home` text NOT NULL, `holder` text NOT NULL, `offered_to` text, `offered_at` integer, `arrival` integer NOT NULL, `attention` integer NOT NULL, `due` integer NOT NULL, `wake` integer, `assignee` text NOT NULL, `master` text NOT NULL, `id_number` text NOT NULL, `names` text NOT NULL, `numbers` text NOT NULL, `row` text NOT NULL );',
      'CREATE UNIQUE INDEX `cases_id_unique` ON `cases` (`id`);',
      'CREATE INDEX `cases_by_arrival` ON `cases` (`arrival`,`sequence`,`holder`,`home`,`stage`,`offered_to`,`item`,`names`);',
      "CREATE INDEX `cases_by_digits` ON `cases` (`arrival`,`sequence`,`holder`,`numbers`) WHERE numbers <> '';",
      'CREATE INDEX `cases_by_holder` ON `cases` (`holder`,`arrival`,`sequence`,`stage`);',
      'CREATE INDEX `cases_by_due` ON `cases` (`due`,`sequence`,`holder`,`assignee`,`stage`);',
      'CREATE INDEX `cases_by_number` ON `cases` (`number_folded`);',
      "CREATE INDEX `cases_by_assignee` ON `cases` (`assignee`,`arrival`) WHERE assignee <> '';",
      "CREATE INDEX `cases_by_master` ON `cases` (`master`,`arrival`) WHERE master <> '';",
      "CREATE INDEX `cases_by_applicant` ON `cases` (`id_number`,`arrival`) WHERE id_number <> '';",
      'CREATE INDEX `cases_in_transfer` ON `cases` (`offered_at`) WHERE offered_to IS NOT NULL;',
      'CREATE INDEX `cases_for_attention` ON `cases` (`arrival`) WHERE attention = 1;',
      'CREATE INDEX `cases_to_wake` ON `cases` (`wake`) WHERE wake IS NOT NULL;',
      "INSERT OR REPLACE INTO `local` (`space`, `key`, `value`) SELECT 'engine', 'rebuilding', 'true' WHERE EXISTS (SELECT 1 FROM `documents`);",
    ],
  },
  {
    name: '0002_procedures',
    statements: [
      "INSERT OR REPLACE INTO `local` (`space`, `key`, `value`) SELECT 'engine', 'rebuilding', 'true' WHERE EXISTS (SELECT 1 FROM `documents`);",
    ],
  },
  {
    name: '0003_renumbered',
    statements: [
      "ALTER TABLE `cases` ADD `former_folded` text DEFAULT '' NOT NULL;",
      "CREATE INDEX `cases_by_former_number` ON `cases` (`former_folded`) WHERE former_folded <> '';",
      "INSERT OR REPLACE INTO `local` (`space`, `key`, `value`) SELECT 'engine', 'rebuilding', 'true' WHERE EXISTS (SELECT 1 FROM `documents`);",
    ],
  },
  {
    name: '0004_parts',
    statements: [
      'CREATE TABLE `parts` ( `sequence` integer PRIMARY KEY NOT NULL, `document` text NOT NULL, `places` blob NOT NULL );',
      'CREATE INDEX `parts_by_document` ON `parts` (`document`);',
    ],
  },
  {
    name: '0005_station_records',
    statements: [
      "DELETE FROM `directory` WHERE ((`document` >= 'absence/' AND `document` < 'absence0') OR (`document` >= 'consultation/' AND `document` < 'consultation0') OR (`document` >= 'handover/' AND `document` < 'handover0')) AND (length(`json`) > 16000 OR instr(`document`, '.') = 0);",
      "INSERT OR REPLACE INTO `local` (`space`, `key`, `value`) SELECT 'judged-stations', substr(`document`, 9), '0' FROM `directory` WHERE `document` >= 'station/' AND `document` < 'station0';",
    ],
  },
  {
    name: '0006_lists',
    statements: [
      'CREATE TABLE `counts` ( `holder` text NOT NULL, `stage` text NOT NULL, `count` integer NOT NULL, PRIMARY KEY(`holder`, `stage`) );',
      'CREATE INDEX `cases_by_holder_due` ON `cases` (`holder`,`due`,`sequence`,`stage`);',
      'CREATE INDEX `cases_by_home_due` ON `cases` (`home`,`due`,`sequence`,`stage`);',
      "CREATE INDEX `cases_by_assignee_due` ON `cases` (`assignee`,`due`,`sequence`,`stage`) WHERE assignee <> '';",
      'CREATE INDEX `cases_by_offer` ON `cases` (`offered_to`,`arrival`) WHERE offered_to IS NOT NULL;',
      'CREATE TRIGGER `cases_counted_in` AFTER INSERT ON `cases` BEGIN INSERT INTO `counts` VALUES (new.`holder`, new.`stage`, 1) ON CONFLICT DO UPDATE SET `count` = `count` + 1; END;',
      'CREATE TRIGGER `cases_counted_out` AFTER DELETE ON `cases` BEGIN UPDATE `counts` SET `count` = `count` - 1 WHERE `holder` = old.`holder` AND `stage` = old.`stage`; END;',
      'CREATE TRIGGER `cases_counted_on` AFTER UPDATE OF `holder`, `stage` ON `cases` WHEN old.`holder` <> new.`holder` OR old.`stage` <> new.`stage` BEGIN UPDATE `counts` SET `count` = `count` - 1 WHERE `holder` = old.`holder` AND `stage` = old.`stage`; INSERT INTO `counts` VALUES (new.`holder`, new.`stage`, 1) ON CONFLICT DO UPDATE SET `count` = `count` + 1; END;',
      'INSERT INTO `counts` SELECT `holder`, `stage`, count(*) FROM `cases` GROUP BY `holder`, `stage`;',
    ],
  },
  {
    name: '0007_terms',
    statements: [
      'DROP TRIGGER `cases_counted_out`;',
      'DELETE FROM `cases`;',
      'DELETE FROM `counts`;',
      'DROP INDEX `cases_by_digits`;',
      'DROP INDEX `cases_by_arrival`;',
      'ALTER TABLE `cases` DROP COLUMN `names`;',
      'ALTER TABLE `cases` DROP COLUMN `numbers`;',
      'ALTER TABLE `cases` ADD `terms` text NOT NULL;',
      'CREATE INDEX `cases_by_arrival` ON `cases` (`arrival`,`sequence`,`holder`,`home`,`stage`,`offered_to`,`item`,`terms`);',
      'CREATE TRIGGER `cases_counted_out` AFTER DELETE ON `cases` BEGIN UPDATE `counts` SET `count` = `count` - 1 WHERE `holder` = old.`holder` AND `stage` = old.`stage`; END;',
      "CREATE VIRTUAL TABLE `case_terms` USING fts5(`terms`, content='', contentless_delete=1, detail=none, tokenize=\"ascii tokenchars '!\"\"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~'\");",
      'CREATE TRIGGER `cases_terms_in` AFTER INSERT ON `cases` BEGIN INSERT INTO `case_terms` (rowid, `terms`) VALUES (new.`sequence`, new.`terms`); END;',
      'CREATE TRIGGER `cases_terms_out` AFTER DELETE ON `cases` BEGIN DELETE FROM `case_terms` WHERE rowid = old.`sequence`; END;',
      'CREATE TRIGGER `cases_terms_on` AFTER UPDATE OF `terms` ON `cases` WHEN old.`terms` <> new.`terms` BEGIN DELETE FROM `case_terms` WHERE rowid = old.`sequence`; INSERT INTO `case_terms` (rowid, `terms`) VALUES (new.`sequence`, new.`terms`); END;',
      "INSERT OR REPLACE INTO `local` (`space`, `key`, `value`) SELECT 'engine', 'rebuilding', 'true' WHERE EXISTS (SELECT 1 FROM `documents`);",
    ],
  },
]
