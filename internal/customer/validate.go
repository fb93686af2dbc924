package customer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Limits of what one profile holds, in characters and entries.
const (
	maxName       = 200
	maxSalutation = 40
	maxOccupation = 100
	maxTags       = 50
	maxTag        = 40
	maxContacts   = 30
	maxContact    = 254
	maxLine       = 200
	maxLines      = 5
	maxID         = 128
	maxTeam       = 20
	maxComment    = 2000
)

var (
	e164    = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	word    = regexp.MustCompile(`^[a-z][a-z_]{0,31}$`)
	country = regexp.MustCompile(`^[A-Z]{2}$`)
	band    = regexp.MustCompile(`^[a-z0-9][a-z0-9+-]{0,31}$`)
)

const (
	notAPhone  = "must be a phone number like +8613812345678"
	notAnEmail = "must be an e-mail address like mei@example.com"
)

// Validate names every field of a normalised profile that breaks a rule, by
// its place in the API's body.
func (p Profile) Validate() error {
	var c checks
	c.check(p.Kind == Person || p.Kind == Organisation, "kind", "must be person or organisation")
	c.check(p.Name != "" || len(p.Keys()) > 0, "name", "is needed where no phone, e-mail, account or card is given")
	c.text(p.Name, "name", maxName)
	c.text(p.Salutation, "salutation", maxSalutation)
	c.text(p.Occupation, "occupation", maxOccupation)
	c.check(slices.Contains([]Sex{"", Female, Male, Other}, p.Sex), "sex", "must be female, male or other, or absent")
	c.text(string(p.Owner), "owner", maxID)
	words(&c, p.Team, "team", maxTeam, maxID)
	c.text(string(p.HomeStore), "home_store", maxID)
	words(&c, p.Interests, "interests", maxTags, maxTag)
	words(&c, p.Preferences, "preferences", maxTags, maxTag)
	words(&c, p.Tags, "tags", maxTags, maxTag)
	c.organisation(p)
	c.contacts(p.Private)
	c.check(p.Birthday == "" || validBirthday(p.Birthday), "birthday", "must be a date like 1988-05-17, or --05-17 without the year")
	c.check(p.IncomeBand == "" || band.MatchString(p.IncomeBand), "income_band", "must be a code of small letters, digits, + and -")
	c.prose(p.Comment, "comment", maxComment)
	c.consents(p.Consents)
	return c.err("customer.Validate")
}

func (c *checks) organisation(p Profile) {
	c.check(p.Kind == Organisation || p.Size == "" && p.Industry == "" && len(p.Colleagues) == 0, "organisation", "only an organisation has this")
	c.check(slices.Contains([]Size{"", Micro, Small, Medium, Large}, p.Size), "organisation.size", "must be 1-9, 10-49, 50-249 or 250+")
	c.text(p.Industry, "organisation.industry", maxOccupation)
	c.check(len(p.Colleagues) <= maxContacts, "organisation.contacts", "must be at most %d", maxContacts)
	for i, one := range p.Colleagues {
		path := fmt.Sprintf("organisation.contacts[%d]", i)
		c.text(one.Name, path+".name", maxName)
		c.check(one.Name != "", path+".name", "must not be empty")
		c.unmasked(one.Name, path+".name")
		c.text(one.Role, path+".role", maxOccupation)
		c.check(one.Phone == "" || e164.MatchString(one.Phone), path+".phone", notAPhone)
		c.check(one.Email == "" || ValidEmail(one.Email), path+".email", notAnEmail)
	}
}

func (c *checks) contacts(p Private) {
	c.check(p.Phone == "" || e164.MatchString(p.Phone), "phone", notAPhone)
	c.check(p.Email == "" || ValidEmail(p.Email), "email", notAnEmail)
	c.check(len(p.Contacts) <= maxContacts, "contacts", "must be at most %d", maxContacts)
	for i, point := range p.Contacts {
		path := fmt.Sprintf("contacts[%d]", i)
		c.check(word.MatchString(point.Kind), path+".kind", "must be a lower-case word")
		c.text(point.Value, path+".value", maxContact)
		c.check(point.Value != "", path+".value", "must not be empty")
		switch KeyKind(point.Kind) {
		case PhoneKey:
			c.check(e164.MatchString(point.Value), path+".value", notAPhone)
		case EmailKey:
			c.check(ValidEmail(point.Value), path+".value", notAnEmail)
		default:
			c.unmasked(point.Value, path+".value")
		}
	}
	if a := p.Address; a != nil {
		c.check(a.Country == "" || country.MatchString(a.Country), "address.country", "must be a country code like CN")
		c.text(a.Province, "address.province", maxLine)
		c.text(a.City, "address.city", maxLine)
		c.text(a.Postcode, "address.postcode", maxTag)
		c.check(len(a.Lines) <= maxLines, "address.lines", "must be at most %d", maxLines)
		for i, line := range a.Lines {
			c.text(line, fmt.Sprintf("address.lines[%d]", i), maxLine)
		}
	}
	c.check(len(p.Platforms) <= maxContacts, "platforms", "must be at most %d", maxContacts)
	for i, a := range p.Platforms {
		path := fmt.Sprintf("platforms[%d]", i)
		c.check(a.Connection != "", path+".connection", "must not be empty")
		c.check(a.ID != "", path+".id", "must not be empty")
		c.text(a.ID, path+".id", maxID)
	}
	c.check(len(p.Cards) <= maxContacts, "cards", "must be at most %d", maxContacts)
	for i, card := range p.Cards {
		path := fmt.Sprintf("cards[%d]", i)
		c.text(card, path, maxID)
		c.check(card != "", path, "must not be empty")
	}
}

// ValidEmail tells whether s can be a normalised address: lower case, one @, a
// dotted domain. An asterisk, though legal in mail, means that somebody sends
// back a masked value.
func ValidEmail(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" || len(local) > 64 || len(s) > maxContact || !utf8.ValidString(s) || strings.ToLower(s) != s {
		return false
	}
	if strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`*"(),:;<>[]\`, r)
	}) {
		return false
	}
	labels := strings.Split(domain, ".")
	return len(labels) > 1 && !strings.Contains(domain, "@") && !slices.Contains(labels, "")
}

// validBirthday reads "1988-05-17" and "--05-17"; the 29th of February is a
// birthday in the year-less form.
func validBirthday(s string) bool {
	layout := "2006-01-02"
	if strings.HasPrefix(s, "--") {
		s = "2000" + s[1:]
	}
	t, err := time.Parse(layout, s)
	return err == nil && t.Year() >= 1880
}
