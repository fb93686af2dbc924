package journeys_test

import "net/http"

// commands is the whole language, besides what testscript brings (comments, cmp, grep). A line that the system refuses
// fails the journey; "! " before it says that the system must refuse. WHO is a subject, "nobody", or one with a flawed
// token: mei/expired, mei/other-audience, mei/other-issuer, mei/forged. A DATE is 2026-01-05 (at ten) or
// 2026-01-05T18:30, in Shanghai. <mei@example.com> in a path or a body is that customer's id, <created> that of what was created last, <trace> what the last delivery is known by in the logs.
func commands() []command {
	return []command{
		// The shop and its people.
		{"store ID [manager=SUBJECT]", store},
		{"staff SUBJECT role=ROLE [stores=IDS] [gone]", staff},
		{"connect SHOP store=ID [generic] [currency=CODE] [rate=CODE:DECIMAL@DATE]", connect},
		{"customer EMAIL [name=NAME] [phone=PHONE] [owner=SUBJECT] [home=STORE] [as WHO]", createCustomer},
		{"contact EMAIL by WHO [channel=NAME] [on DATE] [one-way]", contact},

		// What shops deliver. Everything delivered is remembered.
		{"order SHOP NUMBER [by EMAIL] [account=NUMBER] amount=DECIMAL [on DATE] [updated DATE] [cancelled]", order},
		{"buyers SHOP NUMBER first=DATE last=DATE", deliverBuyers},
		{"refund SHOP NUMBER of ORDER amount=DECIMAL [on DATE]", refund},
		{"deliver SHOP TOPIC [BODY] [bytes=NUMBER] [signature=HOW]", deliver},
		{"redeliver [twice] [backwards]", redeliver},

		// The API. A BODY is one word in quotes, or a file of the script.
		{"get PATH as WHO", request(http.MethodGet)},
		{"post PATH [BODY] [bytes=NUMBER] [key=KEY] [if-unchanged] as WHO", request(http.MethodPost)},
		{"at-once TIMES PATH BODY key=KEY as WHO", atOnce},
		{"put PATH [BODY] [if-unchanged] as WHO", request(http.MethodPut)},
		{"patch PATH [BODY] [if-unchanged] as WHO", request(http.MethodPatch)},
		{"delete PATH [if-unchanged] as WHO", request(http.MethodDelete)},

		{"remember EMAIL", remember},

		// A browser: what it shows, and the form that somebody fills in, as name=value&name=value.
		{"open PATH [in LANGUAGE]", openPage},
		{"submit PATH FORM", submitForm},
		{"keep NAME PATH", keep},
		{"expect page STATUS TEXT", expectPage},

		// Time and work.
		{"advance DURATION", advance},
		{"to DATE", advanceTo},
		{"settle", settle},
		{"anew", anew},

		// Faults and mending. A FUNCTION is named by its folder, a QUEUE by its name in the template. One that crashes does
		// so before its work, or, answering, after it.
		{"fail FUNCTION [times=NUMBER]", fault("fail")},
		{"hang FUNCTION [times=NUMBER]", fault("hang")},
		{"crash FUNCTION [times=NUMBER] [answering]", fault("crash")},
		{"refuse FUNCTION [times=NUMBER]", fault("stop")}, // as where too many run
		{"mend FUNCTION", fault("none")},
		{"throttle SERVICE times=NUMBER", trouble("throttle")},
		{"cut SERVICE times=NUMBER", trouble("unreachable")},
		{"send QUEUE TEXT", sendMessage},
		{"redrive QUEUE", redrive},
		{"discard QUEUE", discard},
		{"write TABLE PK SK", writeItem},
		{"tamper EMAIL CLASS VALUE", tamper},
		{"operator FILE", operator},
		{"verify", verify},
		{"walk PAGE", walk},
		{"start-host", startHost},
		{"kill-host", killHost},
		{"rush SHOP orders=NUMBER buyers=NUMBER amount=DECIMAL kill-after=NUMBER", rush},

		// What must be so.
		{"expect status CODE", expectStatus},
		{"expect delivery STATUS [REASON]", expectDelivery},
		{"expect problem STATUS [FIELD]", expectProblem},
		{"expect header NAME [VALUE]", expectHeader},
		{"expect answer PATH [VALUE]", expectAnswer},
		{"expect replayed", expectReplayed},
		{"expect buyers NUMBER level=LEVEL spend=DECIMAL orders=NUMBER", expectBuyers},
		{"expect customer EMAIL [level=LEVEL] [tier=TIER] [need=NEED] [status=STATUS] [rfm=SCORES] [spend=DECIMAL] [lifetime=DECIMAL] [purchases=NUMBER] [warned=DATE] [changes=DATE] [on=DATE]", expectCustomer},
		{"expect reason EMAIL QUESTION [rule=RULE] [runner-up=ANSWER] [distance=NUMBER] [TEXT]", expectReason},
		{"expect orders EMAIL NUMBER", expectOrders},
		{"expect nobody EMAIL", expectNobody},
		{"expect warning EMAIL [since=DATE] [owner=SUBJECT] [severity=SEVERITY] [escalated=SUBJECT] [outcome=OUTCOME] [open]", expectWarning},
		{"expect warnings EMAIL NUMBER", expectWarnings},
		{"expect queue QUEUE NUMBER", expectQueue},
		{"expect answered-orders", expectAnswered},
		{"expect repaired TEXT", expectRepaired},
		{"expect log FUNCTION MEMBERS...", expectLog},
		{"expect said TEXT", expectSaid},
		{"examine", examine},
		{"expect hidden MARKS...", expectHidden},
		{"expect found MARK in PLACE", expectFound},
		{"count", count},
		{"expect nothing-written [but=TABLE]", expectNothingWritten},
		{"describe FILE EMAILS...", describe},
	}
}
