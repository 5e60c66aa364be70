// Charts of the dashboard, drawn from the tables that stand below them: what is drawn is what is read.
(function () {
  "use strict";

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue("--bw-" + name).trim();
  }

  // A colour between two, as style sheets mix them: the canvas knows no color-mix().
  function mixed(name, share, ground) {
    function parts(hex) {
      return [1, 3, 5].map(function (at) {
        return parseInt(hex.slice(at, at + 2), 16);
      });
    }
    var over = parts(colour(name));
    var under = parts(colour(ground));
    var rgb = over.map(function (value, at) {
      return Math.round(value * share + under[at] * (1 - share));
    });
    return "rgb(" + rgb.join(",") + ")";
  }

  function rows(figure) {
    return Array.from(figure.querySelectorAll("tbody tr"));
  }

  function numbers(figure, column, divisor) {
    return rows(figure).map(function (row) {
      var value = row.querySelectorAll("td")[column].dataset.value;
      return value === "" ? null : Number(value) / divisor;
    });
  }

  function labels(figure) {
    return rows(figure).map(function (row) {
      return row.querySelector("th").textContent;
    });
  }

  function heading(figure, column) {
    return figure.querySelectorAll("thead th")[column].textContent;
  }

  function line(figure, column, name, dash) {
    return {
      label: heading(figure, column + 1),
      data: numbers(figure, column, 10),
      borderColor: colour(name),
      backgroundColor: colour(name),
      borderDash: dash,
      borderWidth: 2,
      pointRadius: dash.length ? 0 : 2,
      spanGaps: false,
    };
  }

  function share(value) {
    return value + "%";
  }

  function trend(figure) {
    var lines = [line(figure, 0, "accent-text", []), line(figure, 1, "text-quiet", [6, 4])];
    return {
      type: "line",
      data: {
        labels: labels(figure),
        datasets: lines.filter(function (one) {
          return one.data.some(function (value) {
            return value !== null;
          });
        }),
      },
      options: { scales: { y: axis({ min: 0, max: 100, ticks: { stepSize: 25, callback: share } }), x: axis({}) } },
    };
  }

  function spread(figure) {
    var tone = "even" in figure.dataset ? "info" : "bad";
    var shares = { 5: 0.12, 4: 0.3, 3: 0.5, 2: 0.75, 1: 1 };
    var steps = rows(figure).map(function (row) {
      return Number(row.querySelector("td").dataset.step);
    });
    return {
      type: "bar",
      data: {
        labels: labels(figure),
        datasets: [
          {
            label: heading(figure, 1),
            data: numbers(figure, 0, 1),
            backgroundColor: steps.map(function (step) {
              var share = tone === "info" ? shares[6 - step] : shares[step];
              return share ? mixed(tone, share, "surface") : colour("line");
            }),
            borderColor: colour("text-quiet"),
            borderWidth: 1,
          },
        ],
      },
      options: {
        indexAxis: "y",
        onClick: function (_event, bars) {
          var link = bars.length && rows(figure)[bars[0].index].querySelector("a");
          if (link) window.location.assign(link.href);
        },
        onHover: function (event, bars) {
          event.native.target.style.cursor = bars.length ? "pointer" : "";
        },
        layout: { padding: { right: 36 } },
        plugins: { legend: { display: false } },
        scales: { x: axis({ beginAtZero: true, ticks: { precision: 0, maxTicksLimit: 5 } }), y: axis({ grid: { display: false } }) },
      },
    };
  }

  function axis(options) {
    options.grid = Object.assign({ color: colour("line") }, options.grid);
    options.ticks = Object.assign({ color: colour("text-quiet"), maxRotation: 0, autoSkipPadding: 12 }, options.ticks);
    return options;
  }

  function draw(figure) {
    var canvas = figure.querySelector("canvas");
    var drawn = Chart.getChart(canvas);
    if (drawn) drawn.destroy();
    figure.querySelector(".dash-canvas").hidden = false;
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    Chart.defaults.font.size = parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.75;
    var chart = figure.dataset.chart === "trend" ? trend(figure) : spread(figure);
    chart.plugins = figure.dataset.chart === "trend" ? [] : [ends];
    var usual = { animation: false, responsive: true, maintainAspectRatio: false };
    chart.options = Object.assign(usual, chart.options);
    chart.options.plugins = chart.options.plugins || {
      legend: { labels: { color: colour("text-quiet"), boxWidth: 24, boxHeight: 1 } },
    };
    new Chart(canvas, chart);
  }

  // The table stays for who listens; a button shows it to everybody.
  function fold(figure) {
    var button = figure.querySelector("[data-table]");
    if (!button.hidden) return;
    button.hidden = false;
    figure.querySelector(".dash-table").classList.add("visually-hidden");
  }

  // The number at the end of each bar.
  var ends = {
    id: "ends",
    afterDatasetsDraw: function (chart) {
      var context = chart.ctx;
      context.save();
      context.font = Chart.defaults.font.size + "px " + Chart.defaults.font.family;
      context.fillStyle = colour("text");
      context.textBaseline = "middle";
      chart.getDatasetMeta(0).data.forEach(function (bar, at) {
        var value = chart.data.datasets[0].data[at];
        if (value) context.fillText(value.toLocaleString(), bar.x + 4, bar.y);
      });
      context.restore();
    },
  };

  function each(act) {
    document.querySelectorAll("[data-chart]").forEach(act);
  }

  function begin() {
    each(function (figure) {
      draw(figure);
      fold(figure);
    });
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-table]");
    if (!button) return;
    var folded = button.closest("[data-chart]").querySelector(".dash-table").classList.toggle("visually-hidden");
    button.setAttribute("aria-expanded", String(!folded));
  });
  document.addEventListener("htmx:afterSettle", begin);
  new MutationObserver(function () {
    each(draw);
  }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme", "class"] });
  begin();
})();
