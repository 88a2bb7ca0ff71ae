/// The schema's steps, in order; the binary carries the files of `migrations/`.
///
/// Each file ends by setting `PRAGMA user_version` to its number, so that a person who runs it with `sqlite3` and the binary
/// agree on what is applied. Files are append-only: a released one never changes.
enum Migrations {
    struct Step: Sendable {
        /// The file's number, and the `user_version` after it.
        let number: Int
        /// The file's name.
        let name: String
        let sql: String
    }

    /// `PackageResources` has no list, so each file is named here; a test compares this with the folder.
    static let all: [Step] = [
        Step(number: 1, name: "0001_create_callback.sql", bytes: PackageResources._001_create_callback_sql),
        Step(number: 2, name: "0002_create_event.sql", bytes: PackageResources._002_create_event_sql),
        Step(number: 3, name: "0003_create_effect.sql", bytes: PackageResources._003_create_effect_sql),
        Step(number: 4, name: "0004_create_request_ledger.sql", bytes: PackageResources._004_create_request_ledger_sql),
        Step(number: 5, name: "0005_create_views.sql", bytes: PackageResources._005_create_views_sql),
        Step(number: 6, name: "0006_create_ready.sql", bytes: PackageResources._006_create_ready_sql),
        Step(number: 7, name: "0007_keep_ready.sql", bytes: PackageResources._007_keep_ready_sql),
        Step(number: 8, name: "0008_guard_pruning.sql", bytes: PackageResources._008_guard_pruning_sql),
        Step(
            number: 9,
            name: "0009_extend_request_ledger.sql",
            bytes: PackageResources._009_extend_request_ledger_sql
        ),
        Step(number: 10, name: "0010_create_decision.sql", bytes: PackageResources._010_create_decision_sql),
        Step(number: 11, name: "0011_number_people.sql", bytes: PackageResources._011_number_people_sql),
        Step(number: 12, name: "0012_claim_by_number.sql", bytes: PackageResources._012_claim_by_number_sql),
        Step(
            number: 13,
            name: "0013_keep_ready_by_number.sql",
            bytes: PackageResources._013_keep_ready_by_number_sql
        ),
        Step(number: 14, name: "0014_hold_by_pause.sql", bytes: PackageResources._014_hold_by_pause_sql),
        Step(number: 15, name: "0015_find_tasks.sql", bytes: PackageResources._015_find_tasks_sql),
        Step(number: 16, name: "0016_record_choice.sql", bytes: PackageResources._016_record_choice_sql),
        Step(
            number: 17,
            name: "0017_note_record_version.sql",
            bytes: PackageResources._017_note_record_version_sql
        ),
        Step(number: 18, name: "0018_index_reconciled.sql", bytes: PackageResources._018_index_reconciled_sql),
        Step(number: 19, name: "0019_forget_people.sql", bytes: PackageResources._019_forget_people_sql),
        Step(number: 20, name: "0020_show_the_erased.sql", bytes: PackageResources._020_show_the_erased_sql),
        Step(number: 21, name: "0021_index_drifts.sql", bytes: PackageResources._021_index_drifts_sql),
        Step(number: 22, name: "0022_index_backfilled.sql", bytes: PackageResources._022_index_backfilled_sql),
        Step(number: 23, name: "0023_widen_audit.sql", bytes: PackageResources._023_widen_audit_sql),
    ]

    /// The `user_version` of an up-to-date file.
    static var latest: Int { all.last?.number ?? 0 }
}

extension Migrations.Step {
    fileprivate init(number: Int, name: String, bytes: [UInt8]) {
        self.init(number: number, name: name, sql: String(decoding: bytes, as: UTF8.self))
    }
}
