import java.io.File;
import java.util.TreeSet;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Checks PDF files against PDF/A-2b with veraPDF; exit 1 if one doesn't conform. */
public class Check {
  public static void main(String[] files) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    int failed = 0;
    for (String file : files) {
      try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(file), PDFAFlavour.PDFA_2_B)) {
        PDFAValidator validator = Foundries.defaultInstance().createValidator(PDFAFlavour.PDFA_2_B, false);
        ValidationResult result = validator.validate(parser);
        System.out.printf("%s %s, %d checks%n", result.isCompliant() ? "PDF/A-2b" : "NOT PDF/A-2b", new File(file).getName(), result.getTotalAssertions());
        TreeSet<String> rules = new TreeSet<>();
        for (TestAssertion a : result.getTestAssertions()) {
          if (a.getStatus() == TestAssertion.Status.FAILED) {
            rules.add("  " + a.getRuleId().getClause() + ": " + a.getMessage());
          }
        }
        rules.forEach(System.out::println);
        failed += result.isCompliant() ? 0 : 1;
      }
    }
    System.exit(failed == 0 ? 0 : 1);
  }
}
