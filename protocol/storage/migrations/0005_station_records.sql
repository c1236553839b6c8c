-- A station's record belongs to the station its id names and has bounds (rules R25, R26): what a start would read into
-- memory and no longer counts goes, and what stations say of themselves is judged anew from the entries (rule R29).
DELETE FROM `directory` WHERE ((`document` >= 'absence/' AND `document` < 'absence0') OR (`document` >= 'consultation/' AND `document` < 'consultation0') OR (`document` >= 'handover/' AND `document` < 'handover0')) AND (length(`json`) > 16000 OR instr(`document`, '.') = 0);
--> statement-breakpoint
INSERT OR REPLACE INTO `local` (`space`, `key`, `value`) SELECT 'judged-stations', substr(`document`, 9), '0' FROM `directory` WHERE `document` >= 'station/' AND `document` < 'station0';
