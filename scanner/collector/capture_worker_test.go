package collector_test

// workerWays set cookies from workers.
var workerWays = []way{
	{
		name: "fetch of a dedicated worker",
		serve: map[string]answer{
			"SITE/":          page("<script>new Worker('/worker.js')</script>"),
			"SITE/worker.js": {body: "\nfetch('/fetch')"},
			"SITE/fetch":     {set: []string{"worker=1; Max-Age=60"}},
		},
		want: []string{
			"set cookie worker @SITE/ for 60s, response by SITE/fetch < SITE/worker.js:2 < SITE/:1",
		},
	},
	{
		name: "fetch of a shared worker",
		serve: map[string]answer{
			"SITE/":          page("<script>new SharedWorker('/worker.js')</script>"),
			"SITE/worker.js": {body: "\nfetch('/fetch')"},
			"SITE/fetch":     {set: []string{"worker=1"}},
		},
		want: []string{
			"set cookie worker @SITE/, unknown by ",
		},
		gaps: []string{
			"write-not-seen",
		},
	},
	{
		name: "fetch of a service worker",
		serve: map[string]answer{
			"SITE/":          page("<script>navigator.serviceWorker.register('/worker.js')</script>"),
			"SITE/worker.js": {body: "\nself.oninstall = e => e.waitUntil(fetch('/fetch'))"},
			"SITE/fetch":     {set: []string{"worker=1; Max-Age=60"}},
		},
		want: []string{
			"set cookie worker @SITE/ for 60s, response by SITE/fetch < SITE/worker.js:2 < SITE/:1",
		},
	},
	{
		name: "cookieStore of a service worker",
		serve: map[string]answer{
			"SITE/":          page("<script>navigator.serviceWorker.register('/worker.js')</script>"),
			"SITE/worker.js": {body: "\nself.oninstall = e => e.waitUntil(cookieStore.set('worker', '1'))"},
		},
		want: []string{
			"set cookie worker @SITE/ Secure Strict, unknown by ",
		},
		gaps: []string{
			"write-not-seen",
		},
	},
}

// pageWays involve further pages.
var pageWays = []way{
	{
		name: "pop-up window",
		serve: map[string]answer{
			"SITE/":      page(`<button style="position:fixed;left:0;top:0;width:100px;height:100px" onclick="window.open('https://ADS/popup')">go</button>`),
			"ADS/popup":  {set: []string{"answered=1; Secure; SameSite=None; Partitioned"}, body: "<script>document.cookie = 'script=1'; localStorage.setItem('stored', 1)</script><img src=/px.png>"},
			"ADS/px.png": {set: []string{"inside=1"}},
		},
		click: true,
		want: []string{
			"set cookie answered @ADS/ in ADS Secure None Partitioned, response by ADS/popup, on click",
			"set cookie inside @ADS/, response by ADS/px.png < ADS/popup:1, on click",
			"set cookie script @ADS/, script by ADS/popup:1, on click",
			"set localStorage stored @ADS, script by ADS/popup:1, on click",
		},
		requests: []string{
			"GET ADS/popup Document same-site 200, sets cookie answered @ADS/ in ADS",
			"GET ADS/px.png Image same-site 200, sets cookie inside @ADS/, carries cookie answered @ADS/ in ADS",
			"GET SITE/ Document same-site 200",
		},
	},
	{
		name: "page that moves on by itself",
		serve: map[string]answer{
			"SITE/": page(`<script>document.cookie = 'one=1'; location = 'https://ADS/'</script>`),
			"ADS/":  page(`<script>document.cookie = 'two=1; Secure; Partitioned'; localStorage.setItem('two', 1)</script>`),
		},
		want: []string{
			"set cookie one @SITE/, script by SITE/:1",
			"set cookie two @ADS/ in ADS Secure Partitioned, script by ADS/:1",
			"set localStorage two @ADS, script by ADS/:1",
		},
	},
}
