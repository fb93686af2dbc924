package main

// What this command knows of the program that it hosts, beside screen.txt.

// devVariable tells the seeding program where a description like dev.json lies.
const devVariable = "GUANXI_DEV"

// secretWord begins a line of the seeding program: "webhook_secret <connection> <secret>".
const secretWord = "webhook_secret"

// subjects get a token each; the demonstration data know them as staff, one of each role.
func subjects() []string {
	return []string{"admin", "manager", "sales", "service", "marketing", "store", "read-only", "customer"}
}

// hostedParameters are the template's parameters that have no default.
func hostedParameters() parameters { return parameters{"FirstAdminSubject": "admin"} }
