import ArgumentParser
import GetResponse
import Journal

struct ListsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lists",
        abstract: "List the id and the name of each GetResponse list.",
        discussion: "It takes one request for a thousand lists, from the share of the budget kept for upkeep."
    )

    @OptionGroup var common: CommonOptions

    @Option(help: "How to print: table, csv or json.")
    var format = TableFormat.table

    func run() async throws {
        try await reporting {
            let lists = try await common.settings().askingGetResponse("lists") { client, _ in
                try await client.campaigns()
            }
            var writer = TableWriter(format: format, columns: ["id", "name"], titles: ["id", "name"])
            for list in lists {
                writer.add(TableRow(columns: ["id", "name"], cells: [.text(list.id), .text(list.name)]))
            }
            writer.finish()
        }
    }
}
