package crm

// Words are a text in the languages that staff read.
type Words struct {
	ZH string `json:"zh" minLength:"1" maxLength:"1000" pattern:"\\S"`
	EN string `json:"en" minLength:"1" maxLength:"1000" pattern:"\\S"`
}
