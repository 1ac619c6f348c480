import ArgumentParser
import BatonPlanner

/// Ingredients of `intelligent` to do without, by name.
struct Omission: ExpressibleByArgument, CustomStringConvertible {
    var ingredients: Set<Intelligent.Ingredient>

    init(ingredients: Set<Intelligent.Ingredient> = []) {
        self.ingredients = ingredients
    }

    init?(argument: String) {
        let ingredients = argument.split(separator: ",").map { Intelligent.Ingredient(rawValue: String($0)) }
        guard !ingredients.isEmpty, ingredients.allSatisfy({ $0 != nil }) else { return nil }
        self.ingredients = Set(ingredients.compactMap { $0 })
    }

    var description: String {
        Intelligent.Ingredient.allCases.filter(ingredients.contains).map(\.rawValue).joined(separator: ",")
    }

    static var allValueStrings: [String] { Intelligent.Ingredient.allCases.map(\.rawValue) }
}
