CREATE TABLE `counts` (
	`holder` text NOT NULL,
	`stage` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`holder`, `stage`)
);
--> statement-breakpoint
CREATE INDEX `cases_by_holder_due` ON `cases` (`holder`,`due`,`sequence`,`stage`);--> statement-breakpoint
CREATE INDEX `cases_by_home_due` ON `cases` (`home`,`due`,`sequence`,`stage`);--> statement-breakpoint
CREATE INDEX `cases_by_assignee_due` ON `cases` (`assignee`,`due`,`sequence`,`stage`) WHERE assignee <> '';--> statement-breakpoint
CREATE INDEX `cases_by_offer` ON `cases` (`offered_to`,`arrival`) WHERE offered_to IS NOT NULL;--> statement-breakpoint

-- Written by hand: drizzle knows no triggers. What holds a case, and in which stage, is counted wherever a row is written.
CREATE TRIGGER `cases_counted_in` AFTER INSERT ON `cases` BEGIN
  INSERT INTO `counts` VALUES (new.`holder`, new.`stage`, 1) ON CONFLICT DO UPDATE SET `count` = `count` + 1;
END;--> statement-breakpoint
CREATE TRIGGER `cases_counted_out` AFTER DELETE ON `cases` BEGIN
  UPDATE `counts` SET `count` = `count` - 1 WHERE `holder` = old.`holder` AND `stage` = old.`stage`;
END;--> statement-breakpoint
CREATE TRIGGER `cases_counted_on` AFTER UPDATE OF `holder`, `stage` ON `cases`
WHEN old.`holder` <> new.`holder` OR old.`stage` <> new.`stage` BEGIN
  UPDATE `counts` SET `count` = `count` - 1 WHERE `holder` = old.`holder` AND `stage` = old.`stage`;
  INSERT INTO `counts` VALUES (new.`holder`, new.`stage`, 1) ON CONFLICT DO UPDATE SET `count` = `count` + 1;
END;--> statement-breakpoint
INSERT INTO `counts` SELECT `holder`, `stage`, count(*) FROM `cases` GROUP BY `holder`, `stage`;
