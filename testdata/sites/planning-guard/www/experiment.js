// The test group of a visitor. Defect: the identifier and the group are stored
// with the first page, whatever the visitor chooses, and stay for good.
if (!localStorage.getItem('pg_anon_id')) localStorage.setItem('pg_anon_id', crypto.randomUUID());
if (!localStorage.getItem('pg_ab_cohort')) localStorage.setItem('pg_ab_cohort', Math.random() < 0.5 ? 'control' : 'variant');
document.documentElement.dataset.cohort = localStorage.getItem('pg_ab_cohort');
