import Diagnostics
import Foundation
import Model
import Testing

/// What `deploy/salesforce` makes of an org is what `doctor` wants of one.
@Suite struct DeployedMetadataTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "../../deploy/salesforce/force-app/main/default").standardizedFileURL
    private static let custom = FieldExpectation.all(SalesforceFieldNames()).filter { $0.name.hasSuffix("__c") }

    @Test(arguments: custom)
    func fieldIsDeployedAsItMustBe(expectation: FieldExpectation) throws {
        // A field of Task is made on Activity.
        let object = expectation.object == .task ? "Activity" : expectation.object.rawValue
        let path = "objects/\(object)/fields/\(expectation.name).field-meta.xml"
        let text = try String(contentsOf: Self.folder.appending(path: path), encoding: .utf8)
        #expect(text.contains("<fullName>\(expectation.name)</fullName>"))
        #expect(text.contains("<required>false</required>"))
        let isTextArea = text.contains("<type>TextArea</type>")
        let length = isTextArea ? 255 : Self.value("length", in: text).flatMap { Int($0) } ?? 0
        #expect(length >= expectation.length)
        for trait in ["externalId", "unique", "caseSensitive"] where expectation.isKey {
            #expect(Self.value(trait, in: text) == "true", "\(trait)")
        }
    }

    @Test func contactMayHaveTheFieldsOfLead() throws {
        func names(_ object: String) throws -> [String] {
            let folder = Self.folder.appending(path: "objects/\(object)/fields")
            return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        }
        #expect(try names("Contact") == names("Lead"))
    }

    /// Those that Salesforce lets nobody hide (required ones and parts of a name) can't stand in a permission set.
    private static let alwaysThere: Set<String> = [
        "Lead.Salutation", "Lead.FirstName", "Lead.LastName", "Lead.Company", "Lead.Status", "Contact.FirstName",
        "Task.Subject", "Task.Status", "Task.Priority", "Task.ActivityDate",
    ]

    @Test func permissionSetLetsTheUserEditWhatIsWritten() throws {
        let path = "permissionsets/LeadRelay_Integration.permissionset-meta.xml"
        let text = try String(contentsOf: Self.folder.appending(path: path), encoding: .utf8)
            .split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for expectation in FieldExpectation.all(SalesforceFieldNames())
        where expectation.use != .read && !Self.alwaysThere.contains(expectation.fullName) {
            let entry = "<editable>true</editable> <field>\(expectation.fullName)</field> <readable>true</readable>"
            #expect(text.contains(entry), "\(expectation.fullName)")
        }
        for right in [
            "<allowCreate>true</allowCreate> <allowDelete>false</allowDelete> <allowEdit>true</allowEdit> "
                + "<allowRead>true</allowRead> <modifyAllRecords>false</modifyAllRecords> <object>Lead</object>",
            "<allowEdit>true</allowEdit> <allowRead>true</allowRead> <modifyAllRecords>false</modifyAllRecords> "
                + "<object>Contact</object>",
            "<name>ApiEnabled</name>", "<name>EditTask</name>",
        ] {
            #expect(text.contains(right), "\(right)")
        }
    }

    private static func value(_ name: String, in text: String) -> String? {
        guard let start = text.firstRange(of: "<\(name)>"), let end = text.firstRange(of: "</\(name)>") else {
            return nil
        }
        return String(text[start.upperBound..<end.lowerBound])
    }
}
