import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.condition.EvaluationContext;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.model.utils.DateUtils;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.model.xform.XPathReference;
import org.javarosa.xform.util.XFormUtils;
import org.javarosa.xpath.XPathParseTool;
import org.javarosa.xpath.expr.XPathFuncExpr;

/**
 * JavaRosa as the oracle of our expression language.
 *
 * Reads lines "base64(xform) TAB base64(expression) TAB path of the node it stands on"; writes for each
 * "number|boolean|string|date|error TAB base64(value)". Run by tests/oracle/make_vectors.py.
 */
public class Evaluate {
    public static void main(String[] args) throws Exception {
        new XFormsModule().registerModule();
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        System.setOut(System.err);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] part = line.split("\t");
            out.println(answer(text(part[0]), text(part[1]), part[2]));
        }
        System.exit(0);
    }

    static String text(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    static String line(String kind, Object value) {
        byte[] bytes = String.valueOf(value).getBytes(StandardCharsets.UTF_8);
        return kind + "\t" + Base64.getEncoder().encodeToString(bytes);
    }

    static String answer(String xform, String expression, String self) {
        try {
            FormDef form = XFormUtils.getFormFromInputStream(
                new ByteArrayInputStream(xform.getBytes(StandardCharsets.UTF_8)));
            form.initialize(true, new InstanceInitializationFactory());
            EvaluationContext context = new EvaluationContext(
                form.getEvaluationContext(), XPathReference.getPathExpr(self).getReference());
            Object value = XPathFuncExpr.unpack(
                XPathParseTool.parseXPath(expression).eval(form.getMainInstance(), context));
            if (value instanceof Double) return line("number", value);
            if (value instanceof Boolean) return line("boolean", value);
            if (value instanceof java.util.Date)
                return line("date", DateUtils.formatDateTime((java.util.Date) value, DateUtils.FORMAT_ISO8601));
            return line("string", value);
        } catch (Throwable problem) {
            return line("error", problem.getClass().getSimpleName() + ": " + problem.getMessage());
        }
    }
}
