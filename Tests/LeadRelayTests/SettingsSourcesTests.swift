import Foundation
import Testing

@testable import leadrelay

@Suite("Where settings come from")
struct SettingsSourcesTests {
    @Test func environmentOverridesTheFileAndTheFileTheDefault() throws {
        let file = "ingest:\n  port: 9000\n  host: 0.0.0.0\n"
        let loaded = try settings(file: file, environment: ["LEADRELAY_INGEST_PORT": "9999"])
        #expect(loaded.ingest.port == 9999)
        #expect(loaded.ingest.host == "0.0.0.0")
        #expect(loaded.ingest.maxBodyBytes == 1_048_576)
    }

    @Test func emptyVariableCountsAsNotSet() throws {
        let loaded = try settings(file: "ingest.port: 9000", environment: ["LEADRELAY_INGEST_PORT": ""])
        #expect(loaded.ingest.port == 9000)
    }

    @Test func keyWithoutValueCountsAsNotSet() throws {
        let loaded = try settings(file: "ingest:\n  port:\n  token: ''\nworker: ~\ngetresponse:\n")
        #expect(loaded == (try settings()))
    }

    @Test(arguments: ["", "# nothing but a comment\n", "---\n", "~"])
    func fileWithoutSettingsSetsNothing(text: String) throws {
        #expect(try settings(file: text) == (try settings()))
    }

    @Test func namedFileIsTakenInsteadOfTheUsualOnes() throws {
        let disk = ["leadrelay.yaml": "ingest.port: 1", "other.yaml": "ingest.host: ::1"]
        let loaded = try settings(disk: disk, configPath: "other.yaml")
        #expect(loaded.ingest.port == 8080)
        #expect(loaded.ingest.host == "::1")
    }

    @Test func namedFileMustExist() {
        let found = problems(file: "ingest.port: 1", configPath: "absent.yaml")
        #expect(found == ["can't read the settings file absent.yaml: there is no such file"])
    }

    @Test func folderOfTheProcessComesBeforeEtc() throws {
        let system = ["/etc/leadrelay/leadrelay.yaml": "ingest.port: 2"]
        #expect(try settings(disk: system).ingest.port == 2)
        #expect(try settings(file: "ingest.port: 1", disk: system).ingest.port == 1)
    }

    @Test func fileThatIsThereButUnreadableIsNotSkipped() {
        let found = problems(file: unreadable, disk: ["/etc/leadrelay/leadrelay.yaml": "ingest.port: 2"])
        #expect(found == ["can't read the settings file leadrelay.yaml: this user may not read it"])
    }

    @Test func diskTellsMissingFromUnreadable() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "file.yaml")
        try Data("ingest.port: 1\n".utf8).write(to: file)
        #expect(try TextFile.read(file.path()) == "ingest.port: 1\n")
        #expect(throws: TextFileFault.missing) { try TextFile.read(folder.appending(path: "absent").path()) }
        #expect(throws: TextFileFault.unreadable("it is not a file that can be read")) {
            try TextFile.read(folder.path())
        }
        try Data([0xff, 0xfe, 0x41]).write(to: file)
        #expect(throws: TextFileFault.unreadable("it is not UTF-8 text")) { try TextFile.read(file.path()) }
    }
}
