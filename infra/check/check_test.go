package check

// root is the repository's, seen from here.
const root = "../.."
